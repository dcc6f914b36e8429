(async () => {
	const mod = await import("/pkg/huntaze.js");
	await mod.default({ module_or_path: "/pkg/huntaze.wasm" });
	mod.hydrate();
	for (const island of document.querySelectorAll("leptos-island")) {
		await mod[island.dataset.component]?.(island);
	}
})();
