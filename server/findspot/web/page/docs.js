// The description of the interface as a page, from what programs read.

import { element } from "./source.js";

const whole = await (await fetch("/openapi.json")).json();

function resolved(schema) {
  return schema.$ref ? whole.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.join(", ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  return schema.type ?? "";
}

function table(rows) {
  const head = element("tr", {}, ...["Field", "Type", "Meaning"].map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((text, at) => element("td", {}, at ? text : element("code", {}, text)))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function fields(schema) {
  return Object.entries(resolved(schema).properties).map(([name, field]) => [name, typeOf(field), field.description ?? ""]);
}

for (const [path, operations] of Object.entries(whole.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const [type, answer] = Object.entries(operation.responses["200"].content)[0];
    const taken = operation.requestBody
      ? fields(operation.requestBody.content["application/json"].schema)
      : (operation.parameters ?? []).map((one) => [one.name, typeOf(one.schema), one.description]);
    document.getElementById("operations").append(
      element("h2", { id: operation.operationId }, `${method.toUpperCase()} ${path}`),
      element("p", {}, operation.summary),
      ...(taken.length ? [element("h3", {}, operation.requestBody ? "Body, as JSON" : "Parameters"), table(taken)] : []),
      element("h3", {}, type === "text/event-stream" ? "Each event" : "Answer"),
      table(fields(answer.schema)),
    );
  }
}
