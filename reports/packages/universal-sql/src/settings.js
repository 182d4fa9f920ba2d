/** How the engine hands out values, on the server and in the browser alike. */
export const SETTINGS = {
	query: {
		castBigIntToDouble: true,
		castTimestampToDate: true,
		castDecimalToDouble: true,
		castDurationToTime64: true
	}
};

/** Nothing is ever fetched from elsewhere: extensions are neither installed nor loaded. */
export const STATEMENTS = [
	'set ieee_floating_point_ops = false',
	'set autoinstall_known_extensions = false',
	'set autoload_known_extensions = false'
];
