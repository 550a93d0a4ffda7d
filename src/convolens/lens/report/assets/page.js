"use strict";
// The theme, and the values of the curves.
const MINUS = "−";
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const clamp = (value, end) => Math.min(Math.max(Math.trunc(value) || 0, 0), end - 1);

// Light or dark
const remembered = (value) => {
  try {
    if (value) localStorage.setItem("convolens-theme", value);
    return localStorage.getItem("convolens-theme");
  } catch {
    return value; // a page that is a file may not be allowed to remember
  }
};
const root = document.documentElement;
const wish = remembered();
if (wish === "light" || wish === "dark") root.dataset.theme = wish;
const button = $("#theme");
button.hidden = false;
button.setAttribute("aria-label", button.title);
button.addEventListener("click", () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = root.dataset.theme || system;
  root.dataset.theme = now === "dark" ? "light" : "dark";
  remembered(root.dataset.theme);
});

// Curves: the values under the pointer, or by the arrow keys
for (const curve of $$(".curve")) {
  const bands = $$(".band", curve);
  const readout = $(".readout", curve);
  const point = (number) => {
    bands.forEach((band, i) => band.classList.toggle("on", i === number));
    readout.textContent = $("title", bands[number]).textContent;
  };
  let at = bands.length - 1;
  bands.forEach((band, i) => band.addEventListener("pointerenter", () => point((at = i))));
  const chart = $("svg", curve);
  chart.setAttribute("tabindex", "0");
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    point((at = clamp(at + step, bands.length)));
  });
}
