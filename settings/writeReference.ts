import { writeFileSync } from "node:fs";
import { configurationPage } from "./reference";

// npm runs scripts in the project's folder.
writeFileSync("docs/configuration.md", configurationPage());
