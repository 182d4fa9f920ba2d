/**
 * The browser's side: the answers that came with the page are kept by their SQL and given again without an engine. Only a
 * query that no answer fits, such as a reader's filter, starts DuckDB and loads the tables that it names.
 */
import { tableFromIPC as read, tableFromArrays } from 'apache-arrow';
import { arrowTableToJSON } from './rows.js';
import { SQL, listTables, normalise } from './sql.js';

export { arrowTableToJSON };

/** @type {Map<string, import('apache-arrow').Table>} normalised SQL → its answer */
const answers = new Map();
/** @type {[string, string, string][]} */
let manifest = [];
let addBasePath = (path) => path;
let engine;

/** Read an Arrow file, and keep it as the answer of the query that it names. */
export async function tableFromIPC(source) {
	const response = await source;
	// read whole: Arrow would cancel the rest of the stream at its end mark
	const table = read(response instanceof Response ? new Uint8Array(await response.arrayBuffer()) : response);
	const sql = table.schema.metadata.get(SQL);
	if (sql) answers.set(sql, table);
	return table;
}

/** Nothing starts before it is needed. */
export const initDB = async () => {};
export const updateSearchPath = async () => {};
export const emptyDbFs = async () => {};

/** Remember where the tables are; none is loaded yet. */
export async function setParquetURLs(urls, options = {}) {
	manifest = listTables(urls);
	addBasePath = options.addBasePath ?? addBasePath;
}

const COUNT = /^select count\(\*\) as rowcount from \(([\s\S]*)\)$/i;

/** The answer that is held already: of the query itself, or of how many rows it has. */
function held(sql) {
	const key = normalise(sql);
	if (answers.has(key)) return answers.get(key);
	const counted = answers.get(normalise(COUNT.exec(key)?.[1] ?? ''));
	return counted && tableFromArrays({ rowCount: Float64Array.of(counted.numRows) });
}

/** The rows of a query. */
export async function query(sql) {
	const table = held(sql);
	if (table) return arrowTableToJSON(table);
	engine ??= import('./engine.js');
	const { run } = await engine;
	return arrowTableToJSON(await run(sql, manifest, addBasePath));
}
