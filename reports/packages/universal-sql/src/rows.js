import { Type } from 'apache-arrow';

const EVIDENCE_TYPES = {
	[Type.Date]: 'date',
	[Type.Float]: 'number',
	[Type.Int]: 'number',
	[Type.Bool]: 'boolean'
};

/** A list value as a plain array, lists inside lists too. */
const toList = (vector) =>
	vector == null ? [] : Array.from(vector, (item) => (item?.toArray ? toList(item) : item));

/**
 * The rows of an Arrow table as Evidence wants them: dates as `Date`, lists as arrays, and the columns' types beside.
 * @param {import('apache-arrow').Table} table
 */
export function arrowTableToJSON(table) {
	if (table == null) return [];
	const { fields } = table.schema;
	const dates = fields.filter((field) => field.type.typeId === Type.Date);
	const lists = fields.filter((field) => field.type.typeId === Type.List);
	const rows = table.toArray();
	for (const row of rows) {
		for (const { name } of dates) if (row[name] !== null) row[name] = new Date(row[name]);
		for (const { name } of lists) row[name] = toList(row[name]);
	}
	Object.defineProperty(rows, '_evidenceColumnTypes', {
		enumerable: false,
		value: fields.map(({ name, type }) => ({
			name,
			evidenceType: EVIDENCE_TYPES[type.typeId] ?? 'string',
			typeFidelity: 'precise'
		}))
	});
	return rows;
}
