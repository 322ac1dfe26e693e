/*
 * The kernel that reduces logits: AssemblyScript, compiled to WebAssembly with SIMD by esbuild.mjs. It reads a row, the float32
 * logits l of a whole vocabulary, and leaves what the metrics need. With max the greatest logit and d = l - max:
 *
 *   Z = Σ e^d        ln p = d - ln Z                     (max-subtracted log-softmax)
 *   M = Σ e^d d      H = -Σ p ln p = ln Z - M / Z        (entropy, nats)
 *   rank = 1 + the number of logits that are greater than the target's
 *   the `top` greatest logits, greatest first, equal ones by id
 *
 * Rounding. All terms of Z are positive and all of M negative, so nothing cancels. With u = 2^-53, a term is right to 4 u
 * (measured), and to u |d| where the subtraction rounds. Terms are added in blocks of 1,024, four running sums of two terms each,
 * and then the blocks: a relative error of at most (128 + size / 1,024 + 8) u, 3.2e-14 at 151,936 entries. Logprobs and entropies
 * are right to 1e-12 nats, a logprob below -4,000 to its last place. Measured at 151,936 entries: 5e-15.
 *
 * A logit of -Infinity weighs e^-700 instead of 0, which is lost in the rounding (Z >= 1). A NaN in a row makes M a NaN: its own
 * term is one. So does a greatest logit of ±Infinity, where there is no distribution.
 *
 * Memory. It has no data of its own: each address, in bytes and a multiple of 8, is the caller's (logitsMemory.ts). A row's result
 * is resultHeader + 8 top bytes:
 *
 *    0  f64  Z
 *    8  f64  M
 *   16  f32  the target's logit
 *   20  i32  logits that are greater
 *   24  top pairs of f32 logit and i32 id; NaN and -1 where the vocabulary has fewer
 */

const resultHeader: usize = 24;
/** Logits of a block, a multiple of 8. */
const block: i32 = 1024;

/**
 * Reduces `count` rows of `size` logits that stand one behind the other at `rows`. Their targets are i32 ids at `targets`; -1 stands
 * for the row's greatest logit. The results are written to `results`. size >= 1, top >= 1.
 */
export function reduce(rows: usize, count: i32, size: i32, targets: usize, results: usize, top: i32): void {
  const rowBytes = <usize>size << 2;
  const resultBytes = resultHeader + (<usize>top << 3);
  for (let k = 0; k < count; k++) {
    const row = rows + <usize>k * rowBytes;
    const result = results + <usize>k * resultBytes;
    findGreatest(row, size, load<i32>(targets + (<usize>k << 2)), result, top);
    sum(row, size, load<f32>(result + resultHeader), result);
  }
}

/** Writes the target's logit, the number of greater ones, and the `top` greatest. */
function findGreatest(row: usize, size: i32, target: i32, result: usize, top: i32): void {
  const list = result + resultHeader;
  // Nothing is greater than the first choice, nor than Infinity.
  const own = target < 0 ? <f32>Infinity : load<f32>(row + (<usize>target << 2));
  const own4 = f32x4.splat(own);
  let greater0 = i32x4.splat(0);
  let greater1 = i32x4.splat(0);
  let least4 = f32x4.splat(-Infinity);
  let length = 0;
  let id = 0;
  for (; id + 16 <= size; id += 16) {
    const at = row + (<usize>id << 2);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    // A comparison gives -1 where it holds.
    greater0 = i32x4.sub(greater0, f32x4.gt(a, own4));
    greater1 = i32x4.sub(greater1, f32x4.gt(b, own4));
    greater0 = i32x4.sub(greater0, f32x4.gt(c, own4));
    greater1 = i32x4.sub(greater1, f32x4.gt(d, own4));
    const greatest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
    // Rare: of a long row in random order, top · ln(size / top) logits get into the list.
    if (length < top || v128.any_true(f32x4.gt(greatest, least4))) {
      for (let j = 0; j < 16; j++) length = offer(list, top, length, load<f32>(at + (<usize>j << 2)), id + j);
      least4 = f32x4.splat(logitAt(list, length - 1));
    }
  }
  greater0 = i32x4.add(greater0, greater1);
  let greater =
    i32x4.extract_lane(greater0, 0) +
    i32x4.extract_lane(greater0, 1) +
    i32x4.extract_lane(greater0, 2) +
    i32x4.extract_lane(greater0, 3);
  for (; id < size; id++) {
    const logit = load<f32>(row + (<usize>id << 2));
    if (logit > own) greater++;
    length = offer(list, top, length, logit, id);
  }
  for (; length < top; length++) put(list, length, NaN, -1);
  store<f32>(result, target < 0 ? logitAt(list, 0) : own, 16);
  store<i32>(result, greater, 20);
}

/** Puts a logit in its place if it is one of the `top` greatest. Ids are offered in ascending order. Returns the list's length. */
@inline
function offer(list: usize, top: i32, length: i32, logit: f32, id: i32): i32 {
  let place = length;
  if (length === top) {
    place = top - 1;
    if (!(logit > logitAt(list, place))) return length;
  }
  for (; place > 0 && logitAt(list, place - 1) < logit; place--) {
    const pair = list + (<usize>place << 3);
    store<i64>(pair, load<i64>(pair - 8));
  }
  put(list, place, logit, id);
  return min(length + 1, top);
}

@inline
function logitAt(list: usize, place: i32): f32 {
  return load<f32>(list + (<usize>place << 3));
}

@inline
function put(list: usize, place: i32, logit: f32, id: i32): void {
  const pair = list + (<usize>place << 3);
  store<f32>(pair, logit);
  store<i32>(pair, id, 4);
}

/** Writes Z and M. */
function sum(row: usize, size: i32, greatest: f32, result: usize): void {
  const max = f64x2.splat(<f64>greatest);
  let z: f64 = 0;
  let m: f64 = 0;
  const whole = size & ~7;
  let id = 0;
  while (id < whole) {
    const end = min(id + block, whole);
    let z0 = f64x2.splat(0);
    let z1 = f64x2.splat(0);
    let m0 = f64x2.splat(0);
    let m1 = f64x2.splat(0);
    for (; id < end; id += 8) {
      const at = row + (<usize>id << 2);
      const d0 = difference(v128.load64_zero(at), max);
      const d1 = difference(v128.load64_zero(at, 8), max);
      const d2 = difference(v128.load64_zero(at, 16), max);
      const d3 = difference(v128.load64_zero(at, 24), max);
      const e0 = exp(d0);
      const e1 = exp(d1);
      const e2 = exp(d2);
      const e3 = exp(d3);
      z0 = f64x2.add(z0, f64x2.add(e0, e1));
      z1 = f64x2.add(z1, f64x2.add(e2, e3));
      m0 = f64x2.add(m0, f64x2.add(f64x2.mul(e0, d0), f64x2.mul(e1, d1)));
      m1 = f64x2.add(m1, f64x2.add(f64x2.mul(e2, d2), f64x2.mul(e3, d3)));
    }
    z0 = f64x2.add(z0, z1);
    m0 = f64x2.add(m0, m1);
    z += f64x2.extract_lane(z0, 0) + f64x2.extract_lane(z0, 1);
    m += f64x2.extract_lane(m0, 0) + f64x2.extract_lane(m0, 1);
  }
  for (; id < size; id++) {
    const d = difference(v128.load32_zero(row + (<usize>id << 2)), max);
    const e = exp(d);
    z += f64x2.extract_lane(e, 0);
    m += f64x2.extract_lane(e, 0) * f64x2.extract_lane(d, 0);
  }
  store<f64>(result, z);
  store<f64>(result, m, 8);
}

/** l - max of the two low logits, at least -700. pmax(a, b) is a where a is NaN. */
@inline
function difference(logits: v128, max: v128): v128 {
  return f64x2.pmax(f64x2.sub(f64x2.promote_low_f32x4(logits), max), f64x2.splat(-700));
}

/**
 * e^x for -700 <= x <= 0, to 1 or 2 units in the last place. Cody and Waite's reduction: x = n ln 2 + r with n an integer,
 * |r| <= ln 2 / 2, and ln 2 in two parts, the first so short that its product with n is exact. e^r is Taylor's polynomial of degree
 * 13, whose remainder is below 2^-57, by Estrin's scheme: short chains, which the processor computes side by side.
 */
@inline
function exp(x: v128): v128 {
  // Adding 1.5 · 2^52 rounds to an integer, which then stands in the low bits.
  const shift = f64x2.splat(6755399441055744);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), shift);
  const n = f64x2.sub(shifted, shift);
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-1))),
    f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10))
  );
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const r8 = f64x2.mul(r4, r4);
  const p0 = linear(1, 1, r);
  const p2 = linear(1 / 2.0, 1 / 6.0, r);
  const p4 = linear(1 / 24.0, 1 / 120.0, r);
  const p6 = linear(1 / 720.0, 1 / 5040.0, r);
  const p8 = linear(1 / 40320.0, 1 / 362880.0, r);
  const p10 = linear(1 / 3628800.0, 1 / 39916800.0, r);
  const p12 = linear(1 / 479001600.0, 1 / 6227020800.0, r);
  const low = f64x2.add(f64x2.add(p0, f64x2.mul(r2, p2)), f64x2.mul(r4, f64x2.add(p4, f64x2.mul(r2, p6))));
  const high = f64x2.add(f64x2.add(p8, f64x2.mul(r2, p10)), f64x2.mul(r4, p12));
  const power = f64x2.add(low, f64x2.mul(r8, high));
  // Times 2^n: n is added to the exponent. x >= -700 keeps it normal.
  return i64x2.add(power, i64x2.shl(shifted, 52));
}

/** a + b x */
@inline
function linear(a: f64, b: f64, x: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), x));
}
