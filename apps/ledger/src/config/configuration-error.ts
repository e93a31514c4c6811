/** A setting has a value that the ledger cannot start with. The message begins with the setting's name. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** An environment variable; or an option, if the ledger is part of another application. */
  readonly setting: string;
  /** What is wrong; reads on from the setting's name. */
  readonly problem: string;

  constructor(setting: string, problem: string) {
    super(`${setting} ${problem}`);
    this.setting = setting;
    this.problem = problem;
  }
}
