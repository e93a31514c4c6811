/** Formatting is not discussed. */
export default { printWidth: 120, singleQuote: true };
