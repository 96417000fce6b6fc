/** Where the dashboard is, and how to sign in: the password lies in a file of its user's alone. */
export function dashboardLine(
  { url }: { readonly url: string },
  { username, passwordPath }: { readonly username: string; readonly passwordPath: string },
): string {
  return `dashboard: ${url}/ (user ${username}, password in ${passwordPath})`;
}
