/** Evidence warns about large results by a score; ours are small by construction, so every score is 0. */
export const columnsToScore = () => 0;
export const evidenceColumnsToScore = () => 0;
export const duckdbTypeToEvidenceType = (type) =>
	/^(BOOL)/.test(type)
		? 'boolean'
		: /INT|DOUBLE|FLOAT|DECIMAL/.test(type)
			? 'number'
			: /DATE|TIMESTAMP/.test(type)
				? 'date'
				: 'string';
