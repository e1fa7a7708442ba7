import { jestConfig } from "@millrace/jest-preset";

export default jestConfig();
