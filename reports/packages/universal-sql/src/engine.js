/** DuckDB in the reader's browser, loaded only when a query needs it. */
import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm';
import wasm from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url';
import EngineWorker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?worker';
import { SETTINGS, STATEMENTS } from './settings.js';
import { tablesIn } from './sql.js';

let started;
/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

async function start(schemas) {
	const db = new AsyncDuckDB(new VoidLogger(), new EngineWorker());
	await db.instantiate(wasm);
	await db.open(SETTINGS);
	const connection = await db.connect();
	for (const statement of STATEMENTS) await connection.query(statement);
	for (const schema of schemas) await connection.query(`create schema if not exists "${schema}"`);
	if (schemas.length) await connection.query(`pragma search_path='${schemas.join(',')}'`);
	return connection;
}

async function load(connection, schema, name, url) {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`The table ${schema}.${name} cannot be read: ${url} answered ${response.status}.`);
	const ipc = new Uint8Array(await response.arrayBuffer());
	await connection.insertArrowFromIPCStream(ipc, { schema, name, create: true });
}

/** Run a query, after the tables that it names are there. */
export async function run(sql, manifest, addBasePath) {
	started ??= start([...new Set(manifest.map(([schema]) => schema))]);
	const connection = await started;
	for (const [schema, table, path] of tablesIn(sql, manifest)) {
		const url = addBasePath(`/${path.replace(/^\/?static\//, '')}`);
		if (!loaded.has(url)) loaded.set(url, load(connection, schema, table, url));
		await loaded.get(url);
	}
	return connection.query(sql);
}
