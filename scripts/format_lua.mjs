// Check how Lua files are formatted, or format them: node format_lua.mjs [--write] FILE...
// The formatter is StyLua's WebAssembly build, which comes whole from npm; STYLUA names the folder it was installed into.
// Its command-line program would be downloaded from elsewhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const write = process.argv[2] === '--write';
const files = process.argv.slice(write ? 3 : 2);
const load = createRequire(join(process.env.STYLUA, 'here.js'));
const { Config, IndentType, OutputVerification, QuoteStyle, formatCode } = load('@johnnymorganz/stylua');

// The same as client-nvim/stylua.toml, which editors read. A call to the library uses a configuration up.
function settings() {
  const config = Config.new();
  config.column_width = 120;
  config.indent_type = IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = QuoteStyle.AutoPreferSingle;
  return config;
}

let wrong = false;
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const formatted = formatCode(text, settings(), undefined, OutputVerification.None);
  if (formatted === text) continue;
  if (write) {
    writeFileSync(file, formatted);
  } else {
    wrong = true;
    console.error(`${file} is not formatted; \`make format\` does it`);
  }
}
process.exit(wrong ? 1 : 0);
