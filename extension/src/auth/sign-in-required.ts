/** There is no token until the person signs in. */
export class SignInRequiredError extends Error {
  override readonly name = "SignInRequiredError";
}
