import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react";
import { cx } from "./cx.ts";
import styles from "./TextField.module.css";

export interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** Help under the field. */
  readonly hint?: ReactNode;
  /** What is wrong and what to do; takes the place of the hint and is read out. */
  readonly error?: string | undefined;
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  readonly ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, hint, error, before, after, className, id, ...rest }: TextFieldProps) {
  const made = useId();
  const input = id ?? made;
  const note = `${input}-note`;
  return (
    <div className={cx(styles.field, className)}>
      <label className={styles.label} htmlFor={input}>
        {label}
      </label>
      <div className={cx(styles.box, error !== undefined && styles.wrong)}>
        {before}
        <input
          {...rest}
          id={input}
          className={styles.input}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={error !== undefined || hint ? note : undefined}
        />
        {after}
      </div>
      {(error !== undefined || hint) && (
        <p
          id={note}
          className={cx(styles.note, error !== undefined && styles.error)}
          role={error ? "alert" : undefined}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
