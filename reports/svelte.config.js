import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// The pages that the published rows ask for, written by `engops report`; without it (`npm run dev`) what links lead to.
const entries = new URL('./entries.json', import.meta.url);

/** Evidence gives every page its own title and address on a social network where the page says nothing. */
const withoutEvidenceMarks = {
	markup: ({ content, filename }) =>
		filename?.endsWith('+page.md')
			? {
					code: content
						.replace('<title>Evidence</title>', '')
						.replace(/<meta\s+name="twitter:(site|card)"[^>]*>/g, '')
				}
			: undefined
};

export default {
	preprocess: [withoutEvidenceMarks],
	kit: {
		alias: {
			'@evidence-dev/core-components': fileURLToPath(new URL('./packages/no-components/index.js', import.meta.url))
		},
		prerender: {
			entries: ['*', ...(existsSync(entries) ? JSON.parse(readFileSync(entries, 'utf8')) : [])]
		}
	}
};
