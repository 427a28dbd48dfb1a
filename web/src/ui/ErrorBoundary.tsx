import { Component, type ReactNode } from "react";
import mark from "../brand/mark.svg";
import { t } from "../i18n/index.ts";
import styles from "./ErrorBoundary.module.css";
import { Button } from "./kit/Button.tsx";
import { EmptyState } from "./kit/EmptyState.tsx";

/** What stands there when the app itself is wrong. What was written is in the store, so loading again goes on. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main className={styles.page}>
        <EmptyState
          isPage
          picture={<img src={mark} alt="" width={72} height={72} />}
          title={t("app.failed")}
          text={t("app.failedText")}
        >
          <Button look="filled" onClick={() => location.reload()}>
            {t("app.reload")}
          </Button>
        </EmptyState>
      </main>
    );
  }
}
