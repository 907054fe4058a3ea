export async function measure() {
  return { medians: {} };
}
export function describe() {
  return { title: 'x', tables: [], targets: [], plot: { title: 'x', unit: 'x', groups: [] } };
}
