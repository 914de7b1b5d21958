/** Data of a size: each row is about 55 bytes of JSON. */
export const rowsOf = (count) =>
  Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}`, note: 'nothing to note' }))
