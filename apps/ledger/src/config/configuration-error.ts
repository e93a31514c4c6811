/** A setting has a value that the ledger cannot start with. The message begins with the setting's name. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** A variable of the environment; or an option, where the ledger is part of another application. */
  readonly setting: string;
  /** What is wrong, to be read after the name. */
  readonly problem: string;

  constructor(setting: string, problem: string) {
    super(`${setting} ${problem}`);
    this.setting = setting;
    this.problem = problem;
  }
}
