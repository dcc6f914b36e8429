// The figures that criterion has just measured, as one table: medians, and how near each page comes to the one written by hand.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const AIM = 0.5;

/** Every benchmark's name and median in nanoseconds. */
async function figures(folder) {
  const found = [];
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries.filter((entry) => entry.endsWith(join('new', 'benchmark.json')))) {
    const file = join(folder, entry);
    const { group_id: group, function_id: name, value_str: size } = JSON.parse(await readFile(file));
    const { median } = JSON.parse(await readFile(join(dirname(file), 'estimates.json')));
    found.push({ group, name, size: Number(size), ns: median.point_estimate });
  }
  return found;
}

function time(ns) {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} us` : `${(ns / 1e6).toFixed(2)} ms`;
}

const all = await figures(resolve(import.meta.dirname, '../target/criterion'));
const line = (...cells) => console.log(cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(32))).join('').trimEnd());
const pages = all.filter(({ group }) => group === 'integrations page').sort((a, b) => a.size - b.size);

console.log();
for (const { group, ns } of all.filter((one) => !pages.includes(one))) line(group, time(ns));
console.log();
line('integrations page', 'real', 'by hand', 'speed', `aim ${AIM}`);
for (const { size, ns } of pages.filter(({ name }) => name === 'real')) {
  const limit = pages.find((page) => page.name === 'by hand' && page.size === size).ns;
  line(`  ${size} accounts`, time(ns), time(limit), (limit / ns).toFixed(2), limit / ns >= AIM ? 'met' : 'missed');
}
