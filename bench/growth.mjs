/** How the cost grows with the work: the slope of a straight line through the upper half of the points, both ways logarithmic. 1 is linear; below, something is shared. */
export function exponentOf(points) {
  const upper = points.slice(Math.floor(points.length / 2)).map(([x, y]) => [Math.log(x), Math.log(y)])
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(upper.map(([value]) => value)), mean(upper.map(([, value]) => value))]
  const sum = (of) => upper.reduce((total, point) => total + of(point), 0)
  return sum(([a, b]) => (a - x) * (b - y)) / sum(([a]) => (a - x) ** 2)
}
