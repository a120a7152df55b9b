import react from "@vitejs/plugin-react";
import { fileURLToPath, URL } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "^/(v2|dew)/": { target: process.env.DEW_URL ?? "http://127.0.0.1:8080", ws: true } } },
  build: {
    outDir: "../src/dew/panel/built",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the Content-Security-Policy allows no data: scripts, and files are cached for good
    modulePreload: { polyfill: false },
  },
});
