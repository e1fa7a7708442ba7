/** A line without axes, for the trend beside a number. */
export function Spark({ values }: { readonly values: readonly (number | null)[] }) {
  const [width, height] = [120, 24];
  const shown = values.map((value) => value ?? 0);
  const highest = Math.max(...shown, Number.EPSILON);
  const points = shown.map((value, index) => {
    const x = shown.length < 2 ? width : (index / (shown.length - 1)) * width;
    return `${x.toFixed(1)},${(height - 1 - (value / highest) * (height - 3)).toFixed(1)}`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,${height} ${points.join(" ")} ${width},${height}`} />
      <polyline points={points.join(" ")} />
    </svg>
  );
}
