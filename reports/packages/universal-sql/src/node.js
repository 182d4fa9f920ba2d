/** The engine while pages render: DuckDB in wasm, synchronous, with every table of the manifest loaded from Arrow files. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { createDuckDB, NODE_RUNTIME, VoidLogger } from '@duckdb/duckdb-wasm/dist/duckdb-node-blocking';
import { cache_for_hash, get_arrow_if_sql_already_run } from './answers.js';
import { arrowTableToJSON } from './rows.js';
import { listTables } from './sql.js';
import { SETTINGS, STATEMENTS } from './settings.js';

export { tableFromIPC } from 'apache-arrow';
export { arrowTableToJSON };

const dist = dirname(createRequire(import.meta.url).resolve('@duckdb/duckdb-wasm'));
const bundle = (kind) => ({
	mainModule: resolve(dist, `duckdb-${kind}.wasm`),
	mainWorker: resolve(dist, `duckdb-node-${kind}.worker.cjs`)
});

let started;
let connection;

async function start() {
	const db = await createDuckDB({ mvp: bundle('mvp'), eh: bundle('eh') }, new VoidLogger(), NODE_RUNTIME);
	await db.instantiate();
	db.open(SETTINGS);
	connection = db.connect();
	for (const statement of STATEMENTS) connection.query(statement);
}

export const initDB = () => (started ??= start());

/** Load the tables of the manifest: `{schema: [path of schema/table/table.arrow, …]}`. */
export async function setParquetURLs(urls) {
	await initDB();
	for (const [schema, table, path] of listTables(urls)) {
		connection.query(`create schema if not exists "${schema}"`);
		connection.query(`drop table if exists "${schema}"."${table}"`);
		connection.insertArrowFromIPCStream(readFileSync(path), { schema, name: table, create: true });
	}
}

export const updateSearchPath = (schemas) => connection.query(`pragma search_path='${schemas.join(',')}'`);

/** Nothing is registered as a file. */
export const emptyDbFs = async () => {};

/** The rows of a query; while a site is built, its answer is kept for the browser. */
export function query(sql, page) {
	const table = (page?.prerendering && get_arrow_if_sql_already_run(sql)) || connection.query(sql);
	if (page) cache_for_hash(sql, table, page);
	return arrowTableToJSON(table);
}
