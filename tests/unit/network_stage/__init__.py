"""A stage for the network's tests: a pretend machine, a pretend world and a pretend guest, each a network
namespace of its own, so that nothing a test sends can leave this computer."""
