/** Geometry of the charts: where the values that the warehouse made are drawn. No value is computed here. */

const DAY = 86_400_000;
const time = (row) => Date.parse(`${row.period_start}T00:00:00Z`);
const round = (number) => Math.round(number * 10) / 10;
const known = (row) => row.value !== null && row.value !== undefined && Number.isFinite(row.value);

/**
 * Points and path of a series over time. Two neighbours are joined only where no period lies between them.
 * @param {Iterable<Record<string, any>>} series rows with `period_start` and `value`
 */
export function line(series, width, height, margin, ceiling = null) {
	const rows = Array.from(series ?? []).sort((a, b) => time(a) - time(b));
	const values = rows.filter(known);
	if (!values.length) return { points: [], path: '', band: [], last: null, summary: 'no values' };
	const first = time(rows[0]);
	const span = Math.max(time(rows.at(-1)) - first, DAY);
	const step = Math.min(...rows.slice(1).map((row, i) => time(row) - time(rows[i])), span);
	const largest = values.reduce((a, b) => (b.value > a.value ? b : a));
	const smallest = values.reduce((a, b) => (b.value < a.value ? b : a));
	const top = Math.max(ceiling ?? largest.value, largest.value) || 1;
	const x = (row) => round(margin + ((time(row) - first) / span) * (width - 2 * margin));
	const y = (value) => round(height - margin - (Math.min(Math.max(value, 0), top) / top) * (height - 2 * margin));
	const points = values.map((row) => ({
		...pick(row),
		x: x(row),
		y: y(row.value),
		low: known({ value: row.lower }) ? y(row.lower) : null,
		high: known({ value: row.upper }) ? y(row.upper) : null
	}));
	// months differ in length: a period is skipped only where the distance is well over one step
	const joined = (i) => i > 0 && i < values.length && time(values[i]) - time(values[i - 1]) < step * 1.6;
	const path = points.map((p, i) => `${joined(i) ? 'L' : 'M'}${p.x} ${p.y}${joined(i) || joined(i + 1) ? '' : 'h0'}`).join('');
	const last = points.at(-1);
	return {
		points,
		from: rows[0].period_start,
		until: rows.at(-1).period_start,
		path,
		band: bands(points, joined),
		last,
		largest: points.find((p) => p.period_start === largest.period_start),
		summary:
			`${values.length} values from ${values[0].period_start} to ${last.period_start}; ` +
			`lowest ${smallest.value_text}, highest ${largest.value_text}, newest ${last.value_text}`
	};
}

const pick = ({ period_start, value, value_text, interval_text, sample_size, is_provisional }) => ({
	period_start,
	value,
	value_text,
	interval_text,
	sample_size,
	is_provisional
});

/** One closed path for each unbroken run of intervals. */
function bands(points, joined) {
	const runs = [];
	points.forEach((point, i) => {
		if (point.low === null || point.high === null) return;
		if (!runs.length || !joined(i) || runs.at(-1).at(-1) !== points[i - 1]) runs.push([]);
		runs.at(-1).push(point);
	});
	return runs
		.filter((run) => run.length > 1)
		.map(
			(run) =>
				'M' +
				[...run.map((p) => `${p.x} ${p.high}`), ...[...run].reverse().map((p) => `${p.x} ${p.low}`)].join('L') +
				'Z'
		);
}
