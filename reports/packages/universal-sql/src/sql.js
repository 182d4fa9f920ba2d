/** The key under which an Arrow file carries the query that it answers. */
export const SQL = 'engops.sql';

/** A query's text without what Evidence varies from run to run: leading comments and the random name of its subquery. */
export const normalise = (sql) =>
	sql
		.replace(/^(\s*--[^\n]*\n)+/, '')
		.replace(/inputQuery-[\w-]{2}/g, 'inputQuery')
		.trim();

/** The tables `schema.table` of the manifest that a query names: `[[schema, table, url], …]`. */
export const tablesIn = (sql, manifest) => {
	const words = new Set(sql.toLowerCase().match(/\w+/g));
	return manifest.filter(([, table]) => words.has(table.toLowerCase()));
};

/** The manifest's `{schema: [url, …]}` as a list of `[schema, table, url]`. */
export const listTables = (urls) =>
	Object.entries(urls).flatMap(([schema, files]) =>
		files.map((url) => [schema, url.split(/[\\/]/).at(-1).replace(/\.arrow$/, ''), url])
	);
