/** What Evidence's server side asks of this package: the answers that were written while pages rendered. */
export * from './answers.js';
export { columnsToScore } from './score.js';

/** Evidence's `sources` command is not used here: `engops report` writes the Arrow files. */
export function buildMultipartParquet() {
	throw new Error('There are no Evidence sources in this project: run `engops report`, which writes the data.');
}
