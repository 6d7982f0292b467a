export { ReportPage as Reports } from "../report/report-page.tsx";
