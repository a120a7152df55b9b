"""The network, tried on a stage: a pretend machine, a pretend world and pretend guests, each a network
namespace of its own, so that nothing a test sends can leave this computer."""
