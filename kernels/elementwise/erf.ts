/* The error function and its complement in float64, to within one unit in the last place.
   Rational approximations on five intervals of |x|; `exp(−x²)` is split so that the square's rounding does not grow.
   @source Sun's fdlibm, s_erf.c: "Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and
   distribute this software is freely granted, provided that this notice is preserved." */

const EFX = 1.28379167095512586316e-1; // 2/√π − 1
const ERX = 8.45062911510467529297e-1; // erf(1) to float32

// prettier-ignore
const PP = [1.28379167095512558561e-1, -3.25042107247001499370e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3, -2.37630166566501626084e-5];
// prettier-ignore
const QQ = [1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4, -3.96022827877536812320e-6];
// prettier-ignore
const PA = [-2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1, -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.16637559486879084300e-3];
// prettier-ignore
const QA = [1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1, 1.36370839120290507362e-2, 1.19844998467991074170e-2];
// prettier-ignore
const RA = [-9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1, -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592];
// prettier-ignore
const SA = [1, 1.96512716674392571292e1, 1.37657754143519042600e2, 4.34565877475229228821e2, 6.45387271733267880336e2, 4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2];
// prettier-ignore
const RB = [-9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2, -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2];
// prettier-ignore
const SB = [1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3, 2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1];

/** 2/√π · ∫₀ˣ exp(−t²) dt. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (x !== x || z === Infinity) return Math.sign(x);
  if (z < 0.84375) {
    if (z < 2 ** -28) return x + EFX * x;
    const s = x * x;
    return x + x * (polynomial(PP, s) / polynomial(QQ, s));
  }
  if (z >= 6) return Math.sign(x);
  if (z < 1.25) {
    const s = z - 1;
    const y = ERX + polynomial(PA, s) / polynomial(QA, s);
    return x < 0 ? -y : y;
  }
  const y = 1 - tail(z);
  return x < 0 ? -y : y;
}

/** 1 − erf(x), without the loss where erf is near 1. */
export function erfc(x: number): number {
  const z = Math.abs(x);
  if (x !== x) return x;
  if (z < 0.84375) {
    if (z < 2 ** -56) return 1 - x;
    const s = x * x;
    const y = polynomial(PP, s) / polynomial(QQ, s);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (z < 1.25) {
    const s = z - 1;
    const y = polynomial(PA, s) / polynomial(QA, s);
    return x > 0 ? 1 - ERX - y : 1 + (ERX + y);
  }
  if (x >= 28) return 0;
  if (x < -6) return 2;
  return x > 0 ? tail(z) : 2 - tail(z);
}

/** erfc(z) for z ≥ 1.25: exp(−z² − 0.5625 + R(1/z²)/S(1/z²)) / z. */
function tail(z: number): number {
  const s = 1 / (z * z);
  const ratio = z < 1 / 0.35 ? polynomial(RA, s) / polynomial(SA, s) : polynomial(RB, s) / polynomial(SB, s);
  const short = Math.fround(z - (z % 2 ** -20)); // few enough bits that its square is exact
  return (Math.exp(-short * short - 0.5625) * Math.exp((short - z) * (short + z) + ratio)) / z;
}

/** c[0] + c[1]·s + c[2]·s² + … */
function polynomial(c: readonly number[], s: number): number {
  let sum = c[c.length - 1]!;
  for (let i = c.length - 2; i >= 0; i--) sum = sum * s + c[i]!;
  return sum;
}
