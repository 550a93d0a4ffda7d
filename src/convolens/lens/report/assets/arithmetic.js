// Numbers as text and colour, and one output number computed again.
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

// The numbers of a layer
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
  const unit = (layer.type === "f4" ? 2 ** -24 : 2 ** -53) + 2 ** -53;
  const tiny = layer.type === "f4" ? 2 ** -126 : 2 ** -1022;
  const share = (terms * unit) / (1 - terms * unit);
  const tolerance = share * (magnitude + Math.abs(bias ?? 0)) + terms * tiny;
  return { ...found, bias, all, total, engine, difference: engine - total, tolerance };
};
