/** Every file of tests; an import each. */

import "./find";
