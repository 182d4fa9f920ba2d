/**
 * The answers of page queries, kept while pages render: one Arrow file an answer, named by its content, and one JSON file
 * a page that says which query has which. Evidence's browser side fetches them before it shows the page.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { SQL, normalise } from './sql.js';

// The engine's node form is CommonJS and checks `instanceof`: Arrow must be the copy that it uses.
const engine = createRequire(createRequire(import.meta.url).resolve('@duckdb/duckdb-wasm'));
const { Schema, Table, tableFromIPC, tableToIPC } = engine('apache-arrow');

const CACHE = './.evidence-queries/cache';
// SvelteKit copies what lies here into the site, as if it had fetched it while prerendering.
const PRERENDERED = '.svelte-kit/output/prerendered/dependencies/api';

/** @type {Map<string, string>} normalised SQL → hash of its answer */
const answered = new Map();

const write = (path, data) => {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, data);
};

const pageFolder = (routeHash, additionalHash) =>
	[CACHE, routeHash, additionalHash].filter(Boolean).join('/');

/** Keep the answer of a query that ran while a page rendered. */
export function cache_for_hash(sql, table, { route_hash, additional_hash, query_name, prerendering }) {
	const key = normalise(sql);
	let hash = answered.get(key);
	if (!hash) {
		// which columns a query has is asked by every page of a kind, and is the same answer: it stays one file
		const own = /^describe\b/i.test(key) ? [] : [[SQL, key]];
		const metadata = new Map([...table.schema.metadata, ...own]);
		const ipc = tableToIPC(new Table(new Schema(table.schema.fields, metadata), table.batches));
		hash = createHash('md5').update(ipc).digest('hex');
		write(`${CACHE}/${hash}.arrow`, ipc);
		if (prerendering) {
			write(`${PRERENDERED}/prerendered_queries/${hash}.arrow`, ipc);
			answered.set(key, hash);
		}
	}
	const folder = pageFolder(route_hash, additional_hash);
	const index = `${folder}/all-queries.json`;
	const queries = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : {};
	queries[query_name] = hash;
	write(index, JSON.stringify(queries));
	if (prerendering) {
		write(`${PRERENDERED}/${route_hash}/${additional_hash}/all-queries.json`, JSON.stringify(queries));
	}
}

/** The Arrow file of an answer. */
export const get_cache_for_hash = (hash) => readFileSync(`${CACHE}/${hash}.arrow`);

/** The JSON that says which query of a page has which answer. */
export function get_all_page_queries(routeHash, additionalHash) {
	const index = `${pageFolder(routeHash, additionalHash)}/all-queries.json`;
	return existsSync(index) ? readFileSync(index, 'utf8') : '{}';
}

/** The answer of a query that has run before in this build, or null. */
export function get_arrow_if_sql_already_run(sql) {
	const hash = answered.get(normalise(sql));
	return hash ? tableFromIPC(get_cache_for_hash(hash)) : null;
}
