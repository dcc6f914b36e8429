(async () => {
  await new Promise(window.requestIdleCallback ?? setTimeout);
  const file = link => document.querySelector(link).href;
  const library = await import(file("link[rel=modulepreload]"));
  const hydrate = async (island, id) => {
    if (!library[id]) return console.warn(`There is no island ${id}`);
    island.parentElement.closest("leptos-children")?.$$on_hydrate?.();
    await library[id](island);
  };
  window.__hydrateIsland = hydrate;
  await library.default({ module_or_path: file("link[type='application/wasm']") });
  library.hydrate();
  for (const island of document.querySelectorAll("leptos-island"))
    if (island.isConnected) await hydrate(island, island.dataset.component);
})();
