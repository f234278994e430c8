/** The alert that a message is about, by the marker that hakken puts last; undefined for an alarm and the like. */
export const alertKeyIn = (text: string): string | undefined =>
  // The last one: a finding's own text may hold what looks like a marker.
  [...text.matchAll(/\bhakken: ([0-9a-f]{32})\/\d+/g)].at(-1)?.[1];
