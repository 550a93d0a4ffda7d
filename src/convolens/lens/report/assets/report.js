"use strict";
// Makes the page answer: the theme, the curves, and any output pixel taken apart.
// The arithmetic is done here again, in double precision, from the table of taps.
(() => {
  const MINUS = "−";
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const clamp = (value, end) => Math.min(Math.max(Math.trunc(value) || 0, 0), end - 1);

  // ---- Light or dark
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

  // ---- Curves: the values under the pointer, or by the arrow keys
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

  // ---- Numbers as text and colour, as the Python side writes them
  const fixed = (value, decimals) => {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : MINUS + "∞";
    const size = Math.abs(value);
    if (size === 0 && decimals < 0) return "0";
    const text = decimals < 0 ? power(size) : size.toFixed(decimals);
    return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
  };
  const power = (size) => {
    const [digits, exponent] = size.toExponential(2).split("e");
    return digits + "e" + String(Number(exponent)).replace("-", MINUS);
  };
  const strength = (value, limit) => {
    if (value === 0) return 0;
    if (!Number.isFinite(value) || !(limit > 0)) return 1;
    return Math.min(Math.abs(value) / limit, 1);
  };
  const paint = (cell, text, kind, share) => {
    cell.textContent = text;
    cell.className = kind + (cell.classList.contains("on") ? " on" : "");
    cell.style.setProperty("--v", share.toFixed(3));
  };
  const paintSigned = (cell, value, limit, decimals) => {
    const kind = Number.isNaN(value) ? "x" : value < 0 ? "n" : "p";
    paint(cell, fixed(value, decimals), kind, strength(value, limit));
  };
  const paintPixel = (cell, value, text) => paint(cell, text, value < 0.46 ? "k d" : "k", value);

  const picture = (image, rows, columns, colour) => {
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    const data = context.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) data.data.set(colour(i), 4 * i);
    context.putImageData(data, 0, 0);
    image.src = canvas.toDataURL();
  };
  const signedColour = (value, limit) => {
    if (Number.isNaN(value)) return [150, 60, 170, 255];
    const alpha = Math.round(255 * strength(value, limit));
    return value < 0 ? [25, 121, 199, alpha] : [192, 86, 0, alpha];
  };

  // ---- The numbers of a layer
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const floats = (text, type) =>
    new (type === "f4" ? Float32Array : Float64Array)(bytes(text).buffer);
  const decoded = (layer) => ({
    ...layer,
    weights: floats(layer.weights, layer.type),
    bias: layer.bias === null ? null : floats(layer.bias, layer.type),
    images: layer.images.map((image) => ({
      x: image.bytes
        ? Float32Array.from(bytes(image.bytes), (byte) => Math.fround(byte / layer.scale))
        : floats(image.x, layer.type),
      y: floats(image.y, layer.type),
    })),
  });

  // One output number: bias + the sum over channels and taps of weight times input.
  const explain = (layer, image, k, p, q) => {
    const [, height, width] = layer.x;
    const [, channels, rows, columns] = layer.weight;
    const [, outRows, outColumns] = layer.y;
    const first = Math.floor(k / layer.groupSize) * channels;
    const { x, y } = layer.images[image];
    const found = { first, window: [], inside: [], weights: [], products: [], partial: [] };
    let magnitude = 0;
    for (let c = 0; c < channels; c++) {
      const window = [], weights = [], products = [], inside = [];
      for (let r = 0; r < rows; r++) {
        for (let s = 0; s < columns; s++) {
          const i = layer.taps[0][p][r], j = layer.taps[1][q][s];
          const reads = i >= 0 && j >= 0;
          const value = reads ? x[((first + c) * height + i) * width + j] : 0;
          const weight = layer.weights[((k * channels + c) * rows + r) * columns + s];
          window.push(value);
          inside.push(reads);
          weights.push(weight);
          products.push(value * weight);
          magnitude += Math.abs(value * weight);
        }
      }
      found.window.push(window);
      found.inside.push(inside);
      found.weights.push(weights);
      found.products.push(products);
      found.partial.push(products.reduce((sum, product) => sum + product, 0));
    }
    const bias = layer.bias === null ? null : layer.bias[k];
    const all = found.partial.reduce((sum, part) => sum + part, 0);
    const total = all + (bias ?? 0);
    const engine = y[(k * outRows + p) * outColumns + q];
    const terms = channels * rows * columns + (bias === null ? 0 : 1);
    const unit = layer.type === "f4" ? 2 ** -24 : 2 ** -53;
    const tiny = layer.type === "f4" ? 2 ** -126 : 2 ** -1022;
    const share = (terms * unit) / (1 - terms * unit);
    const tolerance = share * (magnitude + Math.abs(bias ?? 0)) + terms * tiny;
    return { ...found, bias, all, total, engine, difference: engine - total, tolerance };
  };

  // ---- The part of the page that takes a layer's pixels apart
  const explorer = (element, layer, words, chooseImage) => {
    const [, height, width] = layer.x;
    const [channels, outRows, outColumns] = layer.y;
    const several = layer.weight[1] <= 3;
    const isUnits = outRows * outColumns === 1;
    const state = { image: 0, k: layer.at[0], p: layer.at[1], q: layer.at[2], channel: -1 };
    const form = $(".choose", element);
    const set = (key, value) => {
      const place = $(`[data-v="${key}"]`, element);
      if (place) place.textContent = value;
    };
    const pixelText = (value) => `${Math.round(value * layer.scale)}`;

    const showInput = (field, first) => {
      const own = field.dataset.plane;
      const plane = own === "all" ? 0 : several ? Number(own) : first + state.channel;
      const x = layer.images[state.image].x.subarray(plane * height * width);
      if (!several) {
        const caption = $("figcaption", field.closest("figure"));
        caption.textContent = words["pixel.input_channel"].replace("{number}", plane);
      }
      if (field.classList.contains("picture")) {
        picture($("img", field), height, width, (i) => {
          if (own !== "all") return signedColour(x[i], layer.limits.x);
          const grey = layer.x[0] === 1;
          return [0, 1, 2].map((c) => 255 * x[grey ? i : c * height * width + i]).concat(255);
        });
        return;
      }
      const [[top], [left, right]] = layer.padding;
      const cells = [...field.children];
      const wide = width + left + right;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const cell = cells[(i + top) * wide + j + left];
          const value = x[i * width + j];
          if (layer.scale === null) paintSigned(cell, value, layer.limits.x, layer.decimals.y);
          else paintPixel(cell, value, pixelText(value));
        }
      }
    };

    const markInput = (field, first) => {
      const [[top, bottom], [left, right]] = layer.padding;
      const starts = [state.p * layer.stride[0], state.q * layer.stride[1]];
      const taps = layer.weight.slice(2);
      if (field.classList.contains("picture")) {
        const sizes = [height + top + bottom, width + left + right];
        const extents = taps.map((n, axis) => layer.dilation[axis] * (n - 1) + 1);
        const share = (value, axis) => `${(100 * value) / sizes[axis]}%`;
        const box = $(".box", field).style;
        [box.top, box.left] = starts.map(share);
        [box.height, box.width] = extents.map(share);
        return;
      }
      const plane = several ? Number(field.dataset.plane) : first;
      const reads = plane >= first && plane < first + layer.weight[1];
      const wide = width + left + right;
      const marked = new Set();
      for (let r = 0; reads && r < taps[0]; r++) {
        for (let s = 0; s < taps[1]; s++) {
          const row = starts[0] + r * layer.dilation[0];
          marked.add(row * wide + starts[1] + s * layer.dilation[1]);
        }
      }
      [...field.children].forEach((cell, i) => cell.classList.toggle("on", marked.has(i)));
    };

    const showOutput = (field) => {
      const area = outRows * outColumns;
      const y = layer.images[state.image].y;
      const map = isUnits ? y : y.subarray(state.k * area, (state.k + 1) * area);
      const caption = words["pixel.map"].replace("{number}", state.k);
      if (!isUnits) $("figcaption", field.closest("figure")).textContent = caption;
      if (field.classList.contains("picture")) {
        const colour = (i) => signedColour(map[i], layer.limits.y);
        picture($("img", field), outRows, outColumns, colour);
        const box = $(".box", field).style;
        box.top = `${(100 * state.p) / outRows}%`;
        box.left = `${(100 * state.q) / outColumns}%`;
        return;
      }
      const chosen = isUnits ? state.k : state.p * outColumns + state.q;
      [...field.children].forEach((cell, i) => {
        cell.classList.toggle("on", i === chosen);
        paintSigned(cell, map[i], layer.limits.y, layer.decimals.y);
      });
    };

    const showPart = (block, what, values, limit, each) => {
      const part = $(`[data-part="${what}"]`, block);
      if (part.tagName !== "IMG") [...part.children].forEach(each);
      else picture(part, layer.weight[2], layer.weight[3], (i) => signedColour(values[i], limit));
    };

    const showChannel = (block, slot, found) => {
      const c = several ? slot : state.channel;
      const { limits, decimals } = layer;
      const heading = $("h5", block);
      if (heading && !(several && layer.weight[1] === 3 && layer.x[0] === 3)) {
        heading.textContent = words["pixel.channel"].replace("{number}", found.first + c);
      }
      const [window, weights, products] = [found.window[c], found.weights[c], found.products[c]];
      const top = Math.max(0, ...found.products.flat().filter(Number.isFinite).map(Math.abs));
      showPart(block, "window", window, limits.x, (cell, i) => {
        if (!found.inside[c][i]) paint(cell, "0", "pad", 0);
        else if (layer.scale === null) paintSigned(cell, window[i], limits.x, decimals.x);
        else paintPixel(cell, window[i], `${pixelText(window[i])}/${layer.scale}`);
      });
      showPart(block, "weights", weights, limits.w, (cell, i) =>
        paintSigned(cell, weights[i], limits.w, decimals.w));
      showPart(block, "products", products, top, (cell, i) =>
        paintSigned(cell, products[i], top, decimals.p));
    };

    const showLedger = (found) => {
      const { t, e } = layer.decimals;
      found.partial.forEach((part, c) => set(`partial-${c}`, fixed(part, t)));
      set("partial-all", fixed(found.all, t));
      if (found.bias !== null) set("bias", fixed(found.bias, t));
      set("total", fixed(found.total, t));
      set("engine", fixed(found.engine, t));
      set("difference", fixed(found.difference, e));
      set("tolerance", fixed(found.tolerance, e));
      const agrees = Math.abs(found.difference) <= found.tolerance;
      const finite = Number.isFinite(found.tolerance);
      const verdict = !finite ? "not_finite" : agrees ? "agrees" : "differs";
      const place = $('[data-v="verdict"]', element);
      place.className = `verdict ${verdict}`;
      place.textContent = words[`pixel.${verdict}`];
    };

    const show = (changes = {}) => {
      Object.assign(state, changes);
      state.k = clamp(state.k, channels);
      state.p = clamp(state.p, outRows);
      state.q = clamp(state.q, outColumns);
      const found = explain(layer, state.image, state.k, state.p, state.q);
      if (state.channel < 0) {
        const sizes = found.partial.map((part) => (Number.isFinite(part) ? Math.abs(part) : 0));
        state.channel = sizes.indexOf(Math.max(...sizes));
      }
      for (const name of ["k", "p", "q"]) form.elements[name].value = state[name];
      form.elements.image.value = state.image;
      const image = form.elements.image.selectedOptions[0].textContent;
      const values = { image, k: state.k, p: state.p, q: state.q };
      const here = words[isUnits ? "pixel.here_unit" : "pixel.here"];
      set("here", here.replace(/{(\w+)}/g, (_, name) => values[name]));
      for (const field of $$('[data-field="in"]', element)) {
        showInput(field, found.first);
        markInput(field, found.first);
      }
      for (const field of $$('[data-field="out"]', element)) showOutput(field);
      for (const field of $$('[data-field="chips"]', element)) {
        const limit = Math.max(0, ...found.partial.filter(Number.isFinite).map(Math.abs));
        [...field.children].forEach((cell, c) => {
          cell.classList.toggle("on", c === state.channel);
          paintSigned(cell, found.partial[c], limit, layer.decimals.y);
        });
      }
      $$(".channel", element).forEach((block, slot) => showChannel(block, slot, found));
      showLedger(found);
    };

    const cellAt = (event, field) => {
      const box = (field.tagName === "DIV" ? $("img", field) : field).getBoundingClientRect();
      const share = (value, start, size) => (value - start) / size;
      return {
        p: clamp(share(event.clientY, box.top, box.height) * outRows, outRows),
        q: clamp(share(event.clientX, box.left, box.width) * outColumns, outColumns),
      };
    };
    for (const field of $$('[data-field="out"], [data-field="chips"]', element)) {
      const isChips = field.dataset.field === "chips";
      const key = isChips ? "channel" : "k";
      const count = isChips ? layer.weight[1] : channels;
      const isRow = isChips || isUnits;
      field.addEventListener("click", (event) => {
        const number = [...field.children].indexOf(event.target);
        if (!isRow) show(cellAt(event, field));
        else if (number >= 0) show({ [key]: number });
      });
      field.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[
          event.key
        ];
        if (!step) return;
        event.preventDefault();
        const [down, right] = step;
        if (isRow) show({ [key]: clamp(state[key] + down + right, count) });
        else show({ p: state.p + down, q: state.q + right });
      });
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => {
      const [image, k, p, q] = ["image", "k", "p", "q"].map((name) =>
        Number(form.elements[name].value));
      show({ k, p, q });
      if (image !== state.image) chooseImage(image);
    });
    form.hidden = false;
    element.classList.add("ready");
    show();
    return { show, cellAt, element };
  };

  // ---- All layers together
  const start = () => {
    const { layers, words } = JSON.parse($("#numbers").textContent);
    const radios = $$('.views > input[name="image"]');
    const explorers = new Map();
    const chooseImage = (number) => {
      if (radios[number]) radios[number].checked = true;
      for (const one of explorers.values()) one.show({ image: number });
    };
    for (const layer of layers) {
      const element = $(`.explorer[data-call="${layer.call}"]`);
      explorers.set(layer.call, explorer(element, decoded(layer), words, chooseImage));
    }
    radios.forEach((radio, i) => radio.addEventListener("change", () => chooseImage(i)));
    // A click on a feature map of a layer takes that pixel apart.
    for (const step of $$(".step[data-call]")) {
      const one = explorers.get(Number(step.dataset.call));
      if (!one) continue;
      step.classList.add("live");
      $$(".maps .tile", step).forEach((tile, k) =>
        tile.addEventListener("click", (event) => {
          one.show({ k, ...one.cellAt(event, tile) });
          one.element.open = true;
          one.element.scrollIntoView({ behavior: "smooth" });
        }));
    }
    for (const note of $$(".static")) note.hidden = true;
  };
  try {
    start();
  } catch (error) {
    for (const note of $$(".static")) note.textContent += ` (${error.message})`;
  }
})();
