; Protocol Buffers.

(message (message_name) @name (message_body) @body) @cls.struct
(enum (enum_name) @name (enum_body) @body) @cls.enum
(service (service_name) @name) @cls.interface
(rpc (rpc_name) @name) @fn.method
(oneof . (identifier) @name) @sym.field
(field (identifier) @name) @sym.field
(map_field (identifier) @name) @sym.field
(oneof_field (identifier) @name) @sym.field
(enum_field . (identifier) @name) @sym.constant

(comment) @comment

(message_or_enum_type (identifier) @ref .)

(import path: (_) @target) @import

(ERROR) @error
