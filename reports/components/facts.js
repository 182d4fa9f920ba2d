/** What stands under a value, in one line. @param {Record<string, any>} row a row of rpt_headline */
export const facts = (row) =>
	[
		row.p90_text && `90 % within ${row.p90_text}`,
		row.interval_text && `95 % interval ${row.interval_text}`,
		`n\u00a0=\u00a0${row.sample_size}`,
		row.open_count > 0 && `${row.open_count} still open`,
		row.baseline_text && `usually ${row.baseline_text}`,
		row.spread_text
	]
		.filter(Boolean)
		.join(' · ');
