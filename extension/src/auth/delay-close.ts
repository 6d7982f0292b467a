/**
 * Makes this window close 800 ms later than it asks to.
 *
 * MSAL posts the answer and closes the window in one turn. The waiting window looks every 500 ms whether this one is
 * closed, and then reports that the person has cancelled. On a busy machine it looks before it reads the message
 * (AzureAD/microsoft-authentication-library-for-js pull request 8687).
 */
export function delayClose(): void {
  const close = window.close.bind(window);
  window.close = () => {
    setTimeout(close, 800);
  };
}
