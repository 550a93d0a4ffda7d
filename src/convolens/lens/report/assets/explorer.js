// The part of the page that takes a layer's pixels apart
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
    const heading = $("h4", block);
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

// All layers together
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
