import { ActionIcon, Button, createTheme, type MantineColorsTuple, Menu, Modal } from "@mantine/core";

import { PressButton } from "@/parts/PressButton";

const water: MantineColorsTuple = [
  "#e6f5ff", "#cfe7fb", "#9fcdf3", "#6bb1ec", "#419ae6", "#278be3", "#0f78cf", "#006ac0", "#005cab", "#004e95",
];

// Darker than Mantine's own, so that white on it can be read, and it on white.
const red: MantineColorsTuple = [
  "#fff0f0", "#ffdcdc", "#ffb4b4", "#ff8c8c", "#ff7272", "#ee5050", "#d63636", "#c92a2a", "#b52323", "#9c1c1c",
];

const pressed = { component: PressButton };

export const theme = createTheme({
  primaryColor: "water",
  primaryShade: { light: 7, dark: 6 },
  colors: { water, red },
  defaultRadius: "md",
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: pressed }),
    Button: Button.extend({ defaultProps: pressed }),
    // A menu may hold nothing but items, and belongs to what the page is about.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false, portalProps: { target: "#content" } } }),
    Modal: Modal.extend({ defaultProps: { attributes: { header: { role: "none" } } } }), // a page has one header, its own
  },
});
