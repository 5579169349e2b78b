/** One number per signal: weights (each 0..1, together 1) or sample sizes. */
export interface PerSignal {
  sss: number;
  ars: number;
  evs: number;
  trs: number;
}
