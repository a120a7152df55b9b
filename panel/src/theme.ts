import { createTheme, Menu, type MantineColorsTuple } from "@mantine/core";

const water: MantineColorsTuple = [
  "#e6f5ff", "#cfe7fb", "#9fcdf3", "#6bb1ec", "#419ae6", "#278be3", "#0f78cf", "#006ac0", "#005cab", "#004e95",
];

// Darker than Mantine's own, so that white on it can be read, and it on white.
const red: MantineColorsTuple = [
  "#fff0f0", "#ffdcdc", "#ffb4b4", "#ff8c8c", "#ff7272", "#ee5050", "#d63636", "#c92a2a", "#b52323", "#9c1c1c",
];

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
  components: { Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }) }, // a menu may hold nothing but items
});
