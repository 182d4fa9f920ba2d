/**
 * Stands in for Evidence's component library, of which no page of this report uses anything: only Evidence's own pages
 * (schema explorer, SQL console) name it, and they are left out of the site. Without it the build is shorter and the site
 * some MB lighter. To use Evidence's charts, see docs/report.md.
 */
import Nothing from './Nothing.svelte';

export {
	Nothing as Accordion,
	Nothing as AccordionItem,
	Nothing as CopyButton,
	Nothing as DeploySettingsPanel,
	Nothing as EvidenceDefaultLayout,
	Nothing as FormattingSettingsPanel,
	Nothing as SchemaExplorer,
	Nothing as SourceConfig,
	Nothing as SqlConsole,
	Nothing as TelemetrySettingsPanel
};
