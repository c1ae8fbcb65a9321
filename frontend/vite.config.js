import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const output = resolve(import.meta.dirname, "../src/mhero/console/static/console");

// WhiteNoise serves these where the browser takes them, so that no processor time goes into compressing.
const compressed = {
  name: "compressed",
  closeBundle() {
    for (const name of readdirSync(output).filter((name) => /\.(js|css|svg|json)$/.test(name))) {
      const content = readFileSync(join(output, name));
      writeFileSync(join(output, `${name}.gz`), gzipSync(content, { level: 9 }));
      writeFileSync(join(output, `${name}.br`), brotliCompressSync(content));
    }
  },
};

export default defineConfig({
  base: "./",
  publicDir: "public",
  plugins: [compressed],
  css: {
    preprocessorOptions: {
      scss: { loadPaths: [import.meta.dirname], quietDeps: true },
    },
  },
  build: {
    outDir: output,
    emptyOutDir: true,
    target: "es2020",
    // No page may need a picture inside a style sheet: the content policy has no `data:`.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: {
        console: "src/console.js",
        map: "src/map.js",
        chart: "src/chart.js",
        // React and React Flow are this page's alone: nothing of it may be shared with the others.
        editor: "src/editor.jsx",
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].[hash].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
