; CMake: functions, macros, and what is built.

(function_def (function_command (argument_list . (argument) @name))) @fn.function
(macro_def (macro_command (argument_list . (argument) @name))) @fn.macro
(normal_command (identifier) @call (argument_list . (argument) @name)
  (#match? @call "^(?i:add_library|add_executable|add_custom_target|project|externalproject_add|fetchcontent_declare)$"))
  @large.module
(normal_command (identifier) @call (argument_list . (argument) . (argument) @name) (#match? @call "^(?i:add_test)$"))
  @bound.function
(normal_command (identifier) @call (argument_list . (argument) @name) (#match? @call "^(?i:set|option)$"))
  @upper.variable

[(line_comment) (bracket_comment)] @comment

(normal_command (identifier) @ref (#not-match? @ref "^(?i:set|list|string|message|file|option|get_\\w+|math|return|project)$"))
(normal_command (identifier) @call (argument_list . (argument) (argument (unquoted_argument) @ref))
  (#match? @call "^(?i:target_link_libraries|add_dependencies)$")
  (#not-match? @ref "^(PUBLIC|PRIVATE|INTERFACE)$"))

(normal_command (identifier) @call (argument_list . (argument) @target)
  (#match? @call "^(?i:include|add_subdirectory)$")) @import

(ERROR) @error
