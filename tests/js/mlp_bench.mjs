// @ts-nocheck: a plain network, as short as it is; it only has to be quick
/**
 * A network 2-16-16-1 with tanh and the squared error, trained by SGD on batches of 10, in plain
 * JavaScript with typed arrays: what a page would do by itself. Prints seconds an update.
 */

const SHAPE = [2, 16, 16, 1];
const BATCH = 10;
const RATE = 0.1;
const layers = SHAPE.slice(1).map((out, i) => ({
  inputs: SHAPE[i],
  out,
  w: Float32Array.from({ length: SHAPE[i] * out }, () => Math.random() - 0.5),
  b: new Float32Array(out),
  gw: new Float32Array(SHAPE[i] * out),
  gb: new Float32Array(out),
  a: new Float32Array(out),
  d: new Float32Array(out),
}));
const x = Float32Array.from({ length: BATCH * 2 }, Math.random);
const y = Float32Array.from({ length: BATCH }, Math.random);

function forward(input) {
  let h = input;
  layers.forEach(({ inputs, out, w, b, a }, index) => {
    for (let j = 0; j < out; j++) {
      let sum = b[j];
      for (let i = 0; i < inputs; i++) sum += h[i] * w[i * out + j];
      a[j] = index < layers.length - 1 ? Math.tanh(sum) : sum;
    }
    h = a;
  });
  return h[0];
}

function backward(input, error) {
  layers.at(-1).d[0] = error;
  for (let index = layers.length - 1; index >= 0; index--) {
    const { inputs, out, w, gw, gb, d } = layers[index];
    const below = layers[index - 1];
    const h = below ? below.a : input;
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let j = 0; j < out; j++) {
        gw[i * out + j] += h[i] * d[j];
        sum += w[i * out + j] * d[j];
      }
      if (below) below.d[i] = sum * (1 - h[i] * h[i]);
    }
    for (let j = 0; j < out; j++) gb[j] += d[j];
  }
}

function step() {
  for (let n = 0; n < BATCH; n++) {
    const input = x.subarray(2 * n, 2 * n + 2);
    backward(input, (2 * (forward(input) - y[n])) / BATCH);
  }
  for (const { w, b, gw, gb } of layers) {
    for (let i = 0; i < w.length; i++) w[i] -= RATE * gw[i];
    for (let i = 0; i < b.length; i++) b[i] -= RATE * gb[i];
    gw.fill(0);
    gb.fill(0);
  }
}

for (let i = 0; i < 2000; i++) step();
const times = 20_000;
const start = performance.now();
for (let i = 0; i < times; i++) step();
console.log((performance.now() - start) / 1000 / times);
