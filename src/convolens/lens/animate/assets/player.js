// Plays the frames of an animation, and answers clicks on its cells.
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("numbers").textContent);
  const svg = document.querySelector("svg");
  const stages = [...document.querySelectorAll(".stage")];
  const first = [];
  let total = 0;
  for (const stage of data.stages) {
    first.push(total);
    total += stage.frames.length;
  }
  const stays = new Map(), passes = new Map();
  for (const group of document.querySelectorAll(".stay")) stays.set(+group.dataset.frame, group);
  for (const group of document.querySelectorAll(".pass")) passes.set(+group.dataset.frame, group);

  let now = 0, timer = 0, pin = null;
  const hide = (group, hidden) => group && group.toggleAttribute("hidden", hidden);
  const stageOf = (frame) => first.findLastIndex((begin) => begin <= frame);
  const say = (key, values) =>
    data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  function show(frame) {
    const stage = stageOf(frame);
    passes.forEach((group, number) => hide(group, number !== frame));
    stays.forEach((group, number) => hide(group, number > frame));
    stages.forEach((group, number) => hide(group, number !== stage));
    now = frame;
    find("frame").value = String(frame);
    find("count").textContent = `${frame + 1} / ${total}`;
    draw();
  }

  // Pinned cells: an output keeps its frame, an input shows which outputs read it.

  function box(stage, [name, cell]) {
    const [left, top, columns] = stage.planes[name], size = stage.cell;
    const x = left + (cell % columns) * size, y = top + Math.floor(cell / columns) * size;
    return `M${x}.5 ${y}.5h${size - 1}v${size - 1}h${1 - size}z`;
  }

  function draw() {
    const group = find("pins");
    group.replaceChildren();
    find("status").textContent = "\u00a0";
    if (!pin || stageOf(now) !== pin.stage) return;
    const stage = data.stages[pin.stage];
    const add = (kind, cells) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", `cl-${kind}`);
      path.setAttribute("d", cells.map((cell) => box(stage, cell)).join(""));
      group.append(path);
    };
    if (pin.readers.length) add("reader", pin.readers);
    add("outline-pin", [pin.cell]);
    find("status").textContent = pin.text;
  }

  // The cell's own frame, or, where it has none, the cells of all frames that read it.
  function pinCell(number, [plane, cell]) {
    const stage = data.stages[number], at = stage.names[plane][cell];
    if (!at) return release();
    const marks = (marked) => marked[plane]?.includes(cell);
    // Rows of a matrix are made in one frame and read in others: the first is their own.
    const own = stage.frames.findIndex(([current]) => marks(current));
    if (own >= 0) {
      pause();
      pin = { stage: number, cell: [plane, cell], readers: [], text: say("pinned", { at }) };
      show(first[number] + own);
      return;
    }
    const reading = stage.frames.filter(([, read]) => marks(read));
    const readers = reading.flatMap(([current]) =>
      Object.entries(current).flatMap(([name, cells]) => cells.map((place) => [name, place])));
    const text = say(stage.reads, { at, count: reading.length });
    pin = { stage: number, cell: [plane, cell], readers, text };
    draw();
  }

  function release() {
    pin = null;
    draw();
  }

  svg.addEventListener("click", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(svg.getScreenCTM().inverse());
    const number = stageOf(now), { planes, cell: size } = data.stages[number];
    for (const [plane, [left, top, columns, rows]] of Object.entries(planes)) {
      const column = Math.floor((point.x - left) / size), row = Math.floor((point.y - top) / size);
      if (column >= 0 && column < columns && row >= 0 && row < rows) {
        pinCell(number, [plane, row * columns + column]);
        return;
      }
    }
    release();
  });

  // Playing

  function speed() {
    return 1000 * data.seconds / Number(find("speed").value);
  }

  function tick() {
    const last = now === total - 1;
    timer = setTimeout(() => {
      show(last ? 0 : now + 1);
      tick();
    }, last ? data.hold * speed() : speed());
  }

  function label() {
    const playing = timer !== 0, text = data.words[playing ? "pause" : "play"];
    find("play").textContent = playing ? "❚❚" : "▶";
    find("play").title = text;
    find("play").setAttribute("aria-label", text);
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    label();
  }

  function play() {
    clearTimeout(timer);
    tick();
    label();
  }

  function go(frame) {
    pause();
    show(Math.min(total - 1, Math.max(0, frame)));
  }

  function faster(steps) {
    const choice = find("speed");
    choice.selectedIndex = Math.min(
      choice.options.length - 1, Math.max(0, choice.selectedIndex + steps));
    if (timer) play();
  }

  const toggle = () => (timer ? pause() : play());
  const keys = {
    " ": toggle,
    ArrowLeft: () => go(now - 1),
    ArrowRight: () => go(now + 1),
    Home: () => go(0),
    End: () => go(total - 1),
    "+": () => faster(1),
    "=": () => faster(1),
    "-": () => faster(-1),
    Escape: release,
    Enter: () => {
      const stage = stageOf(now);
      const [current] = data.stages[stage].frames[now - first[stage]];
      const [plane, cells] = Object.entries(current).at(-1);
      pinCell(stage, [plane, cells[0]]);
    },
  };
  document.addEventListener("keydown", (event) => {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (tag === "SELECT" || (tag === "BUTTON" && (event.key === " " || event.key === "Enter"))) return;
    event.preventDefault();
    keys[event.key]();
  });
  find("play").addEventListener("click", toggle);
  find("back").addEventListener("click", () => go(now - 1));
  find("step").addEventListener("click", () => go(now + 1));
  find("release").addEventListener("click", release);
  find("frame").addEventListener("input", (event) => go(Number(event.target.value)));
  find("speed").addEventListener("change", () => { if (timer) play(); });
  find("theme").addEventListener("click", () => {
    document.body.className = document.body.className === "dark" ? "light" : "dark";
  });
  show(0);
  // In a notebook, where many stand below one another, each waits for its reader.
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if ("plays" in document.body.dataset && !calm) play();
})();
